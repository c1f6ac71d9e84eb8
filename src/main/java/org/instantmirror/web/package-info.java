@NullMarked
package org.instantmirror.web;

import org.jspecify.annotations.NullMarked;
