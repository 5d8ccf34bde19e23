import type { Client } from 'oidc-provider';

/** As the library holds it. */
type IntrospectedToken = { kind: string; clientId?: string };

/**
 * Who may introspect a token (RFC 7662 §2.2, §4). A refresh token is for its own client and us (RFC 6749 §1.5); an access token is for its own client, and for a
 * gateway that the company lets ask about all. Of an API's token `mayIntrospectApiToken` decides.
 */
export function mayIntrospect(client: Client, token: IntrospectedToken): boolean {
  if (token.clientId === client.clientId) return true;
  return token.kind !== 'RefreshToken' && client.introspects_all_applications === true;
}
