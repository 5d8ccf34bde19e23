import type { Client } from 'oidc-provider';

/** As the library holds it; `aud` of a token that was issued for an API. */
type IntrospectedToken = { kind: string; clientId?: string; aud?: unknown };

/**
 * Who is told about a token (RFC 7662 §2.2, §4). A refresh token is for its own client and us (RFC 6749 §1.5); an access token is for its own client, and for a
 * gateway that the company lets ask about all. The resource server of the API that `aud` names has its place here.
 */
export function mayIntrospect(client: Client, token: IntrospectedToken): boolean {
  if (client.clientAuthMethod === 'none') return false; // §2.1: whoever asks has to be known
  if (token.clientId === client.clientId) return true;
  return token.kind !== 'RefreshToken' && client.introspects_all_applications === true;
}
