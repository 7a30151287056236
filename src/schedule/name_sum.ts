/** What `~` is derived from: the sum of the code points of a job's name, as Dkron has it. */
export function nameSum(jobName: string): number {
  let sum = 0;
  for (const character of jobName) sum += character.codePointAt(0) ?? 0;
  return sum;
}
