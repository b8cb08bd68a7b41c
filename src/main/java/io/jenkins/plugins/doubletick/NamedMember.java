package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** A build parameter that can know the name of the member with its login number. */
@Restricted(NoExternalUse.class)
public interface NamedMember {

    String getName();

    /** Returns null if the parameter holds no login number. */
    @CheckForNull
    LoginNumber loginNumber();

    /** Returns the name as DoubleTick has it, which a view must escape; null if it is not known. */
    @CheckForNull
    String memberName();
}
