/** Fakes that tests of several packages share. */
@NullMarked
package org.instantmirror.testing;

import org.jspecify.annotations.NullMarked;
