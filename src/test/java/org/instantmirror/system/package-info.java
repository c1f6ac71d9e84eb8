/**
 * Tests of the whole mirror with real software: dnf, nginx, Apache and Tomcat, all on loopback.
 *
 * <p>The classes that run programs know nothing of the mirror's insides; they use the command line,
 * HTTP and the files in the cache directory, as users do.
 */
@NullMarked
package org.instantmirror.system;

import org.jspecify.annotations.NullMarked;
