import assert from "node:assert/strict";
import { readJobFile } from "./job_file.ts";

const namesOf = (text: string) => readJobFile("f", text).jobs.map((job) => job.definition?.name);

Deno.test("readJobFile() reads one job, a list, many documents and JSON", () => {
  const job = (name: string) => `name: ${name}\nschedule: "@daily"\n`;
  const json = (name: string) => JSON.stringify({ name, schedule: "@daily" });
  const cases: [text: string, names: string[]][] = [
    [job("a"), ["a"]],
    [`${job("a")}---\n${job("b")}---\n`, ["a", "b"]],
    [json("a"), ["a"]],
    [`[${json("a")}, ${json("b")}]`, ["a", "b"]],
    [`---\n- ${json("a")}\n---\n${json("b")}`, ["a", "b"]],
  ];
  for (const [text, names] of cases) assert.deepEqual(namesOf(text), names, text);
});

Deno.test("readJobFile() puts parents before children, and gives up nothing on a circle", () => {
  const job = (name: string, parent: string) => `- { name: ${name}, parent_job: ${parent} }\n`;
  assert.deepEqual(namesOf(job("c", "b") + job("b", "a") + job("a", "elsewhere")), ["a", "b", "c"]);
  assert.deepEqual(namesOf(job("a", "b") + job("b", "a")).toSorted(), ["a", "b"]);
});

Deno.test("readJobFile() keeps the good documents of a file with a bad one", () => {
  const { jobs, faults } = readJobFile("f.yaml", 'name: a\nschedule: "@daily"\n---\nname: "b\n');
  assert.deepEqual(jobs.map(({ where }) => where), ["f.yaml, job 1"]);
  assert.match(faults.join("\n"), /^f\.yaml: .*line 5/);
});

Deno.test("readJobFile() refuses a file without a job", () => {
  assert.deepEqual(readJobFile("-", "# none\n").faults, ["standard input: holds no job"]);
});

Deno.test("readJobFile() leaves the definition out of a job that must be shown to the server", () => {
  assert.deepEqual(namesOf('[{"name":"a","schedule":"@daily","wat":1}, {"name":"B"}, 7]'), [
    undefined,
    undefined,
    undefined,
  ]);
});
