@NullMarked
package org.instantmirror.repodata;

import org.jspecify.annotations.NullMarked;
