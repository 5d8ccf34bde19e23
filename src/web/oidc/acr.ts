import { isStrong } from '../../domain/sign-in/authentication/index.ts';

/** What an ID token's `acr` can say: one factor, or several (REFEDS assurance profiles, for OpenID Connect as for SAML). */
export const acrValues = { single: 'https://refeds.org/profile/sfa', multiple: 'https://refeds.org/profile/mfa' };

export const acrOf = (amr: string[]): string => (isStrong(amr) ? acrValues.multiple : acrValues.single);

/** Values of `acr` in order of preference (OpenID Connect Core §3.1.2.1, §5.5.1.1): several factors are asked for when one is not welcome at all. */
export const wantsSecondFactor = (wanted: string[]): boolean => wanted.includes(acrValues.multiple) && !wanted.includes(acrValues.single);
