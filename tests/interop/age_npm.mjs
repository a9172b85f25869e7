// Runs age-encryption (npm) for test_age_npm.py: one JSON request a line in, one JSON answer a line out.
// FIELDLOG_NODE_MODULES is a node_modules folder.
import { createInterface } from "node:readline";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const entry = join(process.env.FIELDLOG_NODE_MODULES, "age-encryption", "dist", "index.js");
const age = await import(pathToFileURL(entry).href);

const actions = {
  generate: async () => {
    const identity = await age.generateHybridIdentity();
    return { identity, recipient: await age.identityToRecipient(identity) };
  },
  recipient: async ({ identity }) => ({ recipient: await age.identityToRecipient(identity) }),
  encrypt: async ({ recipients, content }) => {
    const encrypter = new age.Encrypter();
    recipients.forEach((one) => encrypter.addRecipient(one));
    const sealed = await encrypter.encrypt(Buffer.from(content, "base64"));
    return { content: Buffer.from(sealed).toString("base64") };
  },
  decrypt: async ({ identity, content }) => {
    const decrypter = new age.Decrypter();
    decrypter.addIdentity(identity);
    const opened = await decrypter.decrypt(Buffer.from(content, "base64"));
    return { content: Buffer.from(opened).toString("base64") };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  try {
    console.log(JSON.stringify(await actions[request.action](request)));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
