@NullMarked
package org.instantmirror.server;

import org.jspecify.annotations.NullMarked;
