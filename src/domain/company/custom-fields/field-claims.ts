/**
 * The standard claims (OpenID Connect Core §5.1) that no field of every person fills, with the scope that releases each: a company says which of its fields does.
 * The parts of an address become one claim, `address` (§5.1.1).
 */
export const fieldClaims = {
  middle_name: 'profile',
  nickname: 'profile',
  profile: 'profile',
  picture: 'profile',
  website: 'profile',
  gender: 'profile',
  birthdate: 'profile',
  zoneinfo: 'profile',
  phone_number: 'phone',
  'address.formatted': 'address',
  'address.street_address': 'address',
  'address.locality': 'address',
  'address.region': 'address',
  'address.postal_code': 'address',
  'address.country': 'address',
} as const;

export type FieldClaim = keyof typeof fieldClaims;
export const fieldClaimNames = Object.keys(fieldClaims) as FieldClaim[];
