/** One transfer per file from upstream, that any number of clients read while it grows. */
@NullMarked
package org.instantmirror.download;

import org.jspecify.annotations.NullMarked;
