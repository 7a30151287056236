import { Anchor, Card, Code, Kbd, List, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { text } from "../english.ts";
import { PageHead } from "../parts/page.tsx";
import { State } from "../parts/state.tsx";
import { STATES_ON_WIRE } from "../../../routes/wire/execution_answer.ts";

/** What the words mean, which keys there are, and where to read on. */
export default function Help() {
  return (
    <>
      <PageHead title={text.help} />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Card withBorder>
          <Title order={2} size="h5" mb="xs">{text.statesTitle}</Title>
          <Table verticalSpacing={6}>
            <Table.Tbody>
              {STATES_ON_WIRE.map((state) => (
                <Table.Tr key={state}>
                  <Table.Td>
                    <State state={state} />
                  </Table.Td>
                  <Table.Td>
                    <Text size="sm">{text.stateHelp[state]}</Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Card>
        <Stack>
          <Card withBorder>
            <Title order={2} size="h5" mb="xs">{text.scheduleHelpTitle}</Title>
            <Table verticalSpacing={6}>
              <Table.Tbody>
                {text.scheduleHelp.map(([written, meaning]) => (
                  <Table.Tr key={written}>
                    <Table.Td>
                      <Code>{written}</Code>
                    </Table.Td>
                    <Table.Td>
                      <Text size="sm">{meaning}</Text>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Card>
          <Card withBorder>
            <Title order={2} size="h5" mb="xs">{text.keysTitle}</Title>
            <List size="sm" listStyleType="none" spacing={6}>
              {text.keys.map(([key, meaning]) => (
                <List.Item key={key}>
                  <Kbd>{key}</Kbd> {meaning}
                </List.Item>
              ))}
            </List>
          </Card>
          <Card withBorder>
            <Title order={2} size="h5" mb="xs">{text.readOn}</Title>
            <List size="sm" spacing={4}>
              <List.Item>
                <Anchor href="/docs" size="sm">{text.apiDocs}</Anchor>
              </List.Item>
              <List.Item>
                <Anchor href="/openapi.json" size="sm">{text.openApi}</Anchor>
              </List.Item>
              <List.Item>
                <Text span size="sm">
                  {text.commandLine} <Code>carillon --help</Code>
                </Text>
              </List.Item>
            </List>
          </Card>
        </Stack>
      </SimpleGrid>
    </>
  );
}
