package org.instantmirror.system;

/** nginx in front, without and with X-Accel-Redirect. */
@RequiresPrograms({Program.NGINX, Program.CURL})
class NginxFrontIT extends FrontContract {
  @Override
  Upstream before(String url) {
    return NginxFront.before(url);
  }

  @Override
  Upstream before(String url, SendfileCache cache) {
    return NginxFront.before(url, cache);
  }
}
