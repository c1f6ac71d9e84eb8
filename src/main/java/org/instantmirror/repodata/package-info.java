/**
 * What a repository says of its own files: readers of {@code repomd.xml}, {@code primary.xml},
 * {@code updateinfo.xml}, metalinks and mirror lists, and of the compressed forms they come in.
 *
 * <p>All of it comes from outside and is read as such. A reader takes the bytes of a stream that
 * its caller opened and closes, keeps no more in memory than {@link
 * org.instantmirror.repodata.ReadLimits} allow, and ends in values, or in a {@link
 * org.instantmirror.repodata.RepodataException} that says what is wrong and where.
 */
@NullMarked
package org.instantmirror.repodata;

import org.jspecify.annotations.NullMarked;
