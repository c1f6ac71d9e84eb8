/**
 * The cache directory: the plain tree, downloads on their way into it, and the index of what is
 * known of each file. The tree is the truth; all else can be rebuilt from it.
 *
 * <pre>
 * cachedir/repo/path                    complete files, with upstream's names and times
 * cachedir/.instantmirror/partial/      downloads in flight ({@link PartialName})
 * cachedir/.instantmirror/serving/      hard links to versions being served ({@link ServingLinks})
 * cachedir/.instantmirror/discarded-*   what a start has put aside and deletes in the background
 * cachedir/.instantmirror/index.db      heads and packages ({@link IndexSchema}), or in indexdir
 * cachedir/.instantmirror/lock          the process that uses the directory
 * </pre>
 */
@NullMarked
package org.instantmirror.store;

import org.jspecify.annotations.NullMarked;
