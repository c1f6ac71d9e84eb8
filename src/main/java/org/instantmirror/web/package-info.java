/** The servlet side: filters that judge and decide, the servlet that serves, probes and pages. */
@NullMarked
package org.instantmirror.web;

import org.jspecify.annotations.NullMarked;
