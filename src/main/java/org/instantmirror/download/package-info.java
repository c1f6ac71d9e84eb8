@NullMarked
package org.instantmirror.download;

import org.jspecify.annotations.NullMarked;
