@NullMarked
package org.instantmirror.repo;

import org.jspecify.annotations.NullMarked;
