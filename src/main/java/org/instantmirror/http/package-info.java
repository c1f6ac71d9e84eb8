/** The parts of HTTP that a cache must get right, as pure functions and values. */
@NullMarked
package org.instantmirror.http;

import org.jspecify.annotations.NullMarked;
