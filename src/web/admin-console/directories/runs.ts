import {
  approveRun,
  type ChangeCode,
  changeCodes,
  declineRun,
  getRun,
  isUndoable,
  listRunChanges,
  listRuns,
  type Run,
  startRun,
  undoRun,
} from '../../../domain/administration/directory-runs/index.ts';
import { type Directory, getDirectory } from '../../../domain/people/directories/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { type PageContext, presentActor, type Refusal, renderPage } from '../../request/index.ts';
import { redirectTo, submitForm } from '../submit.ts';
import { presentChange } from './present-change.ts';
import { presentState } from './show.ts';
import { faultText } from './words.ts';

const pathOf = ({ directoryId }: Directory, run?: { runId: string }): string =>
  `/admin/directories/${directoryId}/runs${run ? `/${run.runId}` : ''}`;

export async function showRuns(page: PageContext, refusal?: Refusal): Promise<void> {
  const directory = await getDirectory(page.scope, page.params.directory!);
  const { items, cursor } = await listRuns(page.scope, directory.directoryId, { cursor: page.query('after') });
  const locals = { ...(await presentState(page, directory)), tab: 'runs', runs: items, cursor };
  renderPage(page, 'admin-console/directories/runs', locals, { refusal });
}

/** Run now, or only look what a run would do. */
export async function submitRun(page: PageContext): Promise<void> {
  const directory = await getDirectory(page.scope, page.params.directory!);
  const purpose = page.form.get('purpose') === 'preview' ? 'preview' : 'sync';
  const isWhole = purpose === 'preview' || page.form.get('whole') === 'yes';
  const runId = await submitForm(
    page,
    () => startRun(page.scope, directory.directoryId, { purpose, isWhole }),
    (refusal) => showRuns(page, refusal),
  );
  if (runId) redirectTo(page, pathOf(directory, { runId }));
}

async function load(page: PageContext): Promise<{ directory: Directory; run: Run }> {
  const directory = await getDirectory(page.scope, page.params.directory!);
  const run = await getRun(page.scope, page.params.run!);
  if (run.directoryId !== directory.directoryId) throw notFound();
  return { directory, run };
}

/** What goes on by itself is followed by the page. */
const isMoving = ({ state }: Run): boolean => ['waiting', 'reading', 'planning', 'applying'].includes(state);

export async function showRun(page: PageContext): Promise<void> {
  const { directory, run } = await load(page);
  const change = changeCodes.find((one) => one === page.query('change')) as ChangeCode | undefined;
  const { items, cursor } = await listRunChanges(page.scope, run.runId, { change, cursor: page.query('after') });
  renderPage(page, 'admin-console/directories/run', {
    ...(await presentState(page, directory)),
    tab: 'runs',
    run,
    // of a person only the id is kept when it is over
    actor: run.actor.kind === 'person' && !run.actor.name ? undefined : presentActor({ name: '', ...run.actor }, page.t),
    isMoving: isMoving(run),
    canUndo: isUndoable(run),
    why: run.fault && faultText(page, run.fault),
    changeCodes,
    change,
    changes: items.map((one) => presentChange(page, one)),
    cursor,
  });
}

export async function submitAnswer(page: PageContext, isApproved: boolean): Promise<void> {
  const { directory, run } = await load(page);
  await (isApproved ? approveRun : declineRun)(page.scope, run.runId);
  redirectTo(page, pathOf(directory, run), isApproved ? 'run_approved' : 'run_declined');
}

export async function confirmUndo(page: PageContext): Promise<void> {
  const { directory, run } = await load(page);
  renderPage(page, 'admin-console/confirm', {
    question: 'confirm.undo_run',
    name: directory.name,
    action: `${pathOf(directory, run)}/undo`,
    back: pathOf(directory, run),
    dangerous: true,
  });
}

export async function submitUndo(page: PageContext): Promise<void> {
  const { directory, run } = await load(page);
  redirectTo(page, pathOf(directory, { runId: await undoRun(page.scope, run.runId) }));
}
