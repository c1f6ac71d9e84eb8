/**
 * Which files go when room is needed: rules and order are pure, and what carries them out is kept
 * apart from them.
 */
@NullMarked
package org.instantmirror.eviction;

import org.jspecify.annotations.NullMarked;
