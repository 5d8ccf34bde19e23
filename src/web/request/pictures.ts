/** An icon of views/icons for an entry of the catalogue: what one does there. Two entries of one product, for two protocols, look the same. */
const byEntry: Record<string, string> = {
  'openid-connect': 'key',
  saml: 'certificate',
  apache: 'app-globe',
  'argo-cd': 'app-flow',
  'aws-iam-identity-center': 'app-servers',
  fluig: 'app-flow',
  gitea: 'app-branch',
  gitlab: 'app-branch',
  'google-workspace': 'app-mail',
  grafana: 'app-chart',
  'microsoft-365': 'app-documents',
  nextcloud: 'app-folder',
  salesforce: 'app-growth',
  'snipe-it': 'list-check',
  'spring-boot': 'app-braces',
  zammad: 'app-headset',
  zendesk: 'app-headset',
};

/** Without the protocol that tells two entries of one product apart. */
export const productOf = (entry: string): string => entry.replace(/-(saml|oidc)$/, '');

/** The drawing of an application that was made from the catalogue and has no logo. @returns undefined where initials say more */
export const pictureOf = (entry: string | null | undefined): string | undefined => (entry ? byEntry[productOf(entry)] : undefined);
