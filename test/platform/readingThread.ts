import { nodePlatform, nodeWorkerPort } from '../../extension/platform/node.ts';

/** A thread that answers the name of a file with its text. */
const { files } = nodePlatform();
const port = nodeWorkerPort<string, string>();

port.onMessage((file) => {
  void files.read(file).then((bytes) => port.post(new TextDecoder().decode(bytes)));
});
