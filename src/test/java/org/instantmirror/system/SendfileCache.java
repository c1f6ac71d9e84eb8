package org.instantmirror.system;

import java.nio.file.Path;

/**
 * What a web server in front must know to send the mirror's files by itself.
 *
 * @param folder the mirror's cachedir
 * @param key its sendfile_key
 */
record SendfileCache(Path folder, String key) {}
