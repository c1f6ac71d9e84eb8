package org.instantmirror.system;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What {@link RpmRepository} needs of the machine, beside what {@link RequiresPrograms} names. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@RequiresPrograms({
  Program.CREATEREPO_C,
  Program.RPMBUILD,
  Program.RPMSIGN,
  Program.GPG,
  Program.GPGCONF
})
@interface RequiresRpmTools {}
