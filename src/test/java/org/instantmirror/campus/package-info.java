/**
 * A campus that updates its machines through a mirror, simulated: what the mirror's own rules of
 * popularity, prefetch and eviction save, beside other ways of doing it.
 */
@NullMarked
package org.instantmirror.campus;

import org.jspecify.annotations.NullMarked;
