@NullMarked
package org.instantmirror.upstream;

import org.jspecify.annotations.NullMarked;
