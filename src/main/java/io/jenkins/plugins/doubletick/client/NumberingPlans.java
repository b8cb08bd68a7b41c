package io.jenkins.plugins.doubletick.client;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.util.Locale;
import java.util.Set;

/** The world's numbering plans, as libphonenumber knows them. They change, so a number that is not valid may exist. */
final class NumberingPlans {

    private static final int MAX_CALLING_CODE = 3;

    /** libphonenumber's regions for an unknown calling code, and for a calling code of no country. */
    private static final Set<String> NO_COUNTRY = Set.of("ZZ", "001");

    /**
     * A calling code.
     *
     * @param digits without {@code +}
     * @param country the name of the country, or of the largest one with this calling code
     */
    record CallingCode(String digits, String country) {}

    private NumberingPlans() {}

    /**
     * Returns the valid number that is dialled with the digits after a {@code +}. The result lacks the trunk zero, for
     * example.
     *
     * @return the digits, calling code included; null if there is no such number
     */
    static String valid(String digits) {
        try {
            PhoneNumberUtil plans = PhoneNumberUtil.getInstance();
            PhoneNumber number = plans.parse("+" + digits, null);
            String valid = number.getCountryCode() + plans.getNationalSignificantNumber(number);
            return plans.isValidNumber(number) && LoginNumber.hasLength(valid) ? valid : null;
        } catch (NumberParseException | RuntimeException e) { // The metadata cannot be read, for example.
            return null;
        }
    }

    /** Returns the calling code at the beginning of a number; null if no country has it. */
    static CallingCode callingCode(String digits, Locale locale) {
        for (int length = 1; length <= MAX_CALLING_CODE; length++) {
            String code = digits.substring(0, length);
            String country = PhoneNumberUtil.getInstance().getRegionCodeForCountryCode(Integer.parseInt(code));
            if (!NO_COUNTRY.contains(country)) {
                return new CallingCode(code, new Locale("", country).getDisplayCountry(locale));
            }
        }
        return null;
    }
}
