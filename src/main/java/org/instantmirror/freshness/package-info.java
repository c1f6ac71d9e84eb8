/** Whether a stored response may be served, and what upstream's answer means for it: pure rules. */
@NullMarked
package org.instantmirror.freshness;

import org.jspecify.annotations.NullMarked;
