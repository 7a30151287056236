import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { functionSize } from "./function_size.ts";

const body = (n: number) => "  f();\n".repeat(n);

Deno.test("functionSize catches long functions, methods and arrow functions", () => {
  const found = findIn(functionSize, {
    "src/job/a.ts": `function long() {\n${body(59)}}`,
    "src/job/b.ts": `class A {\n  long() {\n${body(59)}}\n}`,
    "src/job/c.ts": `const long = () => {\n${body(59)}};`,
  });
  assert.deepEqual(found, ["src/job/a.ts:1", "src/job/b.ts:2", "src/job/c.ts:1"]);
});

Deno.test("functionSize counts inner functions by themselves, no comments, no routes, no tests", () => {
  const inner = `  const g = () => {\n${body(50)}  };\n`;
  const route = `  app.openapi(createRoute({\n${"    a: 1,\n".repeat(70)}  }), () => 1);\n`;
  const found = findIn(functionSize, {
    "src/job/a.ts": `function short() {\n${inner}${inner}${"  // why\n\n".repeat(60)}}`,
    "routes/v1/a.ts": `function routes() {\n${route}${route}}`,
    "src/job/a_test.ts": `function long() {\n${body(90)}}`,
  });
  assert.deepEqual(found, []);
});
