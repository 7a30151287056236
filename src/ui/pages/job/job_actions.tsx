import { Button, Menu } from "@mantine/core";
import { IconDots, IconPencil, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { Link, useLocation } from "wouter";
import type { JobView } from "../../../model/mod.ts";
import { useAction } from "../../data/action.tsx";
import { useMay } from "../../data/queries.ts";
import { text } from "../../english.ts";
import { useConfirm } from "../../parts/confirm.tsx";
import { editPath } from "../../paths.ts";

/** What can be done to a job. */
export function JobActions({ view, json }: { view: JobView; json: unknown }) {
  const { name, disabled } = view.job.definition;
  const mayRun = useMay("operator");
  const mayEdit = useMay("editor");
  const run = useAction((client, force: boolean) => client.run(name, { wait: false, force }), () => text.started(name));
  return (
    <>
      {mayRun && (
        <Button
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          onClick={() => run.mutate(false)}
          loading={run.isPending}
          disabled={disabled}
        >
          {text.runNow}
        </Button>
      )}
      {mayRun && <PauseButton view={view} />}
      {mayEdit && (
        <Button
          component={Link}
          href={editPath(name)}
          variant="default"
          leftSection={<IconPencil size={16} aria-hidden />}
        >
          {text.edit}
        </Button>
      )}
      {mayRun && <MoreMenu view={view} json={json} mayEdit={mayEdit} force={() => run.mutate(true)} />}
    </>
  );
}

function PauseButton({ view }: { view: JobView }) {
  const { name } = view.job.definition;
  const pause = useAction(
    (client, note: string) => client.pause(name, { policy: "skip", note }),
    () => text.nowPaused(name),
  );
  const unpause = useAction((client) => client.unpause(name), () => text.nowUnpaused(name));
  const confirm = useConfirm({
    title: text.pauseTitle(name),
    body: text.pauseBody,
    confirm: text.pause,
    note: text.note,
  }, (note) => pause.mutate(note));
  if (view.job.pause) {
    return (
      <Button
        variant="default"
        leftSection={<IconPlayerPlay size={16} aria-hidden />}
        onClick={() => unpause.mutate()}
        loading={unpause.isPending}
      >
        {text.unpause}
      </Button>
    );
  }
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconPlayerPause size={16} aria-hidden />}
        onClick={confirm.ask}
        loading={pause.isPending}
      >
        {text.pause}
      </Button>
      {confirm.dialog}
    </>
  );
}

function MoreMenu(
  { view, json, mayEdit, force }: { view: JobView; json: unknown; mayEdit: boolean; force: () => void },
) {
  const { name, disabled } = view.job.definition;
  const [, go] = useLocation();
  const toggle = useAction(
    (client) => client.toggle(name),
    () => disabled ? text.nowEnabled(name) : text.nowDisabled(name),
  );
  const remove = useAction((client) => client.remove(name, { cancel: false }), () => text.nowDeleted(name), {
    then: () => go("/jobs"),
  });
  const disabling = useConfirm(
    { title: text.disableTitle(name), body: text.disableBody, confirm: text.disable },
    () => toggle.mutate(),
  );
  const removing = useConfirm({
    title: text.deleteTitle(name),
    body: text.deleteBody,
    confirm: text.delete,
    isDangerous: true,
  }, () => remove.mutate());
  const forcing = useConfirm({ title: text.forceTitle(name), body: text.forceBody, confirm: text.forceRun }, force);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px={8} aria-label={text.more}>
            <IconDots size={16} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={forcing.ask} disabled={disabled}>{text.forceRun}</Menu.Item>
          <Menu.Item onClick={() => disabled ? toggle.mutate() : disabling.ask()}>
            {disabled ? text.enable : text.disable}
          </Menu.Item>
          {mayEdit && (
            <Menu.Item onClick={() => go(`/new?from=${encodeURIComponent(name)}`)}>{text.duplicate}</Menu.Item>
          )}
          <Menu.Item
            component="a"
            href={`data:application/json,${encodeURIComponent(JSON.stringify(json, null, 2))}`}
            download={`${name}.json`}
          >
            {text.downloadJson}
          </Menu.Item>
          {mayEdit && <Menu.Item c="red" onClick={removing.ask}>{text.delete}</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      {disabling.dialog}
      {removing.dialog}
      {forcing.dialog}
    </>
  );
}
