// Package durability kills, stops, starves and loads the real command, and looks
// at what is left of the data.
//
// The ordinary tests are short forms. In the environment, KILLS=100 is how often
// the server is killed, SEED is where a run's choices come from, and
// UPLOAD_MIB=1024 is the size of each of the twenty uploads.
package durability
