// Owns: links that are mailed: each once, by hash, ended by a newer one of its kind and by a new password; looking at one uses nothing up.
// Does not: know what a link is for (password-recovery, invitations, address-changes) nor its words (views/mail).
export {
  claimLink,
  countLinksBy,
  countRecentLinks,
  createLink,
  endLinks,
  type FoundLink,
  findLink,
  findLinkFate,
  type LinkFate,
  type LinkKind,
  listOpenLinks,
  mailedLinks,
  releaseLink,
  sweepLinks,
  useLink,
} from './one-time-links.ts';
