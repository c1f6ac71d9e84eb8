@NullMarked
package org.instantmirror.mirror;

import org.jspecify.annotations.NullMarked;
