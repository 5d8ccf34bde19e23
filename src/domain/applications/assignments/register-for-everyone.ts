import { everyoneName, findGroupByName } from '../../people/groups/index.ts';
import { useCase } from '../../scope.ts';
import { type ApplicationInput, registerApplication } from '../applications/index.ts';
import { assignApplication } from './assign-application.ts';

/** Registers an application that everyone in the company can open at once. @throws AppError as `registerApplication` */
export const registerForEveryone = useCase(async (scope, input: ApplicationInput) => {
  const registered = await registerApplication(scope, input);
  const everyone = (await findGroupByName(scope, everyoneName))!;
  await assignApplication(scope, registered.application.applicationId, { kind: 'group', id: everyone.groupId });
  return registered;
});
