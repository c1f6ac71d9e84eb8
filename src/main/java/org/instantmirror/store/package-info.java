@NullMarked
package org.instantmirror.store;

import org.jspecify.annotations.NullMarked;
