package org.instantmirror.system;

/** Apache in front, without and with mod_xsendfile. */
@RequiresPrograms({Program.APACHE, Program.APACHE_XSENDFILE, Program.NGINX, Program.CURL})
class ApacheFrontIT extends FrontContract {
  @Override
  Upstream before(String url) {
    return ApacheServer.before(url);
  }

  @Override
  Upstream before(String url, SendfileCache cache) {
    return ApacheServer.before(url, cache);
  }
}
