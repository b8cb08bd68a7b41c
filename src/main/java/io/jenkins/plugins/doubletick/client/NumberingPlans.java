package io.jenkins.plugins.doubletick.client;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.util.Locale;

/** The world's numbering plans, as libphonenumber knows them. They change, so a number that is not valid may exist. */
final class NumberingPlans {

    /** libphonenumber's region for a calling code of no country. */
    private static final String NO_COUNTRY = "001";

    /** A calling code without {@code +}, and the name of its country, or of the largest one. */
    record CallingCode(String digits, String country) {}

    private NumberingPlans() {}

    /** Returns the valid number behind a {@code +}, without a trunk zero for example; null if there is none. */
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
        try {
            PhoneNumberUtil plans = PhoneNumberUtil.getInstance();
            int code = plans.parse("+" + digits, null).getCountryCode();
            String country = plans.getRegionCodeForCountryCode(code);
            return country.equals(NO_COUNTRY)
                    ? null
                    : new CallingCode(Integer.toString(code), new Locale("", country).getDisplayCountry(locale));
        } catch (NumberParseException | RuntimeException e) { // No calling code, for example.
            return null;
        }
    }
}
