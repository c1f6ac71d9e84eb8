/**
 * Answers requests: executes the decisions of the rules with the store, downloads and upstreams.
 */
@NullMarked
package org.instantmirror.mirror;

import org.jspecify.annotations.NullMarked;
