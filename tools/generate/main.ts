import { writeGenerated } from "./write.js";

// `npm run generate`: writes what is made of the tables of inputs and outputs.
void writeGenerated();
