@NullMarked
package org.instantmirror.freshness;

import org.jspecify.annotations.NullMarked;
