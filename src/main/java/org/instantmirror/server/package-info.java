/** Start-up: the command line, the embedded server, the wiring of both ways to run. */
@NullMarked
package org.instantmirror.server;

import org.jspecify.annotations.NullMarked;
