import { listPhotos } from '../../domain/people/profiles/index.ts';
import type { User } from '../../domain/people/users/index.ts';
import { type PageContext, personInitials, toneOf } from '../request/index.ts';

/** What a script draws beside a person's name: their photo, or initials in a colour. */
export type Avatar = { initials: string; tone: number; photo?: string };

/** Of all people of a list at once. */
export async function avatarsOf({ scope, context, services }: PageContext, users: User[]): Promise<(user: User) => Avatar> {
  const photos = await listPhotos(scope, users);
  return (user) => {
    const photo = photos.get(user.userId);
    const address = `${context.mount}${services.pathOf({ page: 'person-photo', user: user.userId })}`;
    return { initials: personInitials(user), tone: toneOf(user.userId), ...(photo && { photo: `${address}?v=${photo}` }) };
  };
}
