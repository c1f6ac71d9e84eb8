/**
 * Whether a {@code repomd.xml} is signed by a key that is to be believed. Pure: bytes and a time
 * in, an outcome out; nothing is read, fetched or remembered here. All of it is bounded, as both
 * signatures and keys come from elsewhere.
 */
@NullMarked
package org.instantmirror.signature;

import org.jspecify.annotations.NullMarked;
