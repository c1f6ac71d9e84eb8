package org.instantmirror.repo;

import java.util.Set;

/**
 * Keys of {@code .repo} files that yum, dnf and zypper know (yum.conf(5), dnf.conf(5), libzypp's
 * repository files) and a mirror has no use for. {@code metadata_expire} is among them: it says how
 * long a client believes its copy.
 */
final class ClientKeys {

  static final Set<String> IGNORED =
      Set.of(
          "allow_vendor_change",
          "async",
          "autorefresh",
          "best",
          "check_config_file_age",
          "compare_providers_priority",
          "cost",
          "countme",
          "deltarpm",
          "deltarpm_metadata_percentage",
          "deltarpm_percentage",
          "enabled_metadata",
          "enablegroups",
          "exclude",
          "excludepkgs",
          "failovermethod",
          "fastestmirror",
          "gpgcakey",
          "gpgcheck",
          "http_caching",
          "include",
          "includepkgs",
          "ip_resolve",
          "keepalive",
          "keepcache",
          "keeppackages",
          "localpkg_gpgcheck",
          "mddownloadpolicy",
          "mdpolicy",
          "mediaid",
          "metadata_expire",
          "metadata_expire_filter",
          "mirrorlist_expire",
          "module_hotfixes",
          "optional_metadata_types",
          "path",
          "pkg_gpgcheck",
          "priority",
          "protect",
          "proxy_auth_method",
          "proxy_sslcacert",
          "proxy_sslclientcert",
          "proxy_sslclientkey",
          "proxy_sslverify",
          "service",
          "skip_if_unavailable",
          "ssl_check_cert_permissions",
          "sslverifystatus",
          "strict",
          "type",
          "ui_repoid_vars",
          "user_agent",
          "zchunk");

  private ClientKeys() {}
}
