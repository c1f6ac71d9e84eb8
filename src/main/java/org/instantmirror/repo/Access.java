package org.instantmirror.repo;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may read a repository: whose address is in one of the ranges, and who is one of the users or
 * in one of the roles where either is given. A value.
 *
 * @param allow ranges of clients; null stands for all
 * @param users by their names in the container's realm
 * @param roles the same of roles
 */
public record Access(@Nullable List<AddressRange> allow, Set<String> users, Set<String> roles) {

  /** Anybody may. */
  public static final Access ALL = new Access(null, Set.of(), Set.of());

  /** Copies what it is given. */
  public Access {
    allow = allow == null ? null : List.copyOf(allow);
    users = Set.copyOf(users);
    roles = Set.copyOf(roles);
  }

  /** Of a section and what it inherits. */
  static Access of(Settings settings) throws ConfigException {
    Setting allow = settings.get(ConfigKey.ALLOW);
    return new Access(
        allow.text().equalsIgnoreCase("all") ? null : allow.as(ValueSyntax::addressRanges),
        Set.copyOf(settings.get(ConfigKey.ALLOW_USERS).as(ValueSyntax::words)),
        Set.copyOf(settings.get(ConfigKey.ALLOW_ROLES).as(ValueSyntax::words)));
  }

  /** Whether a client at that address may, as far as that matters. */
  public boolean allows(String address) {
    return allow == null || allow.stream().anyMatch(range -> range.contains(address));
  }

  /** Whether it matters who asks, and not only whence. */
  public boolean wantsUser() {
    return !users.isEmpty() || !roles.isEmpty();
  }

  /** Whether anybody may: only then may a cache in front of us serve everybody. */
  public boolean isOpen() {
    return allow == null && !wantsUser();
  }
}
