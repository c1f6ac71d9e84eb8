/**
 * What clients use, as they report it and as their requests show it, and what follows from that.
 */
@NullMarked
package org.instantmirror.usage;

import org.jspecify.annotations.NullMarked;
