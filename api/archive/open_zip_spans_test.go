package archive

import (
	"encoding/binary"
	"testing"
)

func TestOpen_refusesEntriesThatOverlap(t *testing.T) {
	t.Parallel()
	data := storedZip(t, small())
	const info, other = "x/info.yaml", "x/deployments/a/versions/c.yaml"
	offset := binary.LittleEndian.AppendUint32(nil, uint32(local(data, other)))
	end := binary.LittleEndian.AppendUint32(nil, uint32(central(data, "x/deployments/a/b.yaml")))
	for what, test := range map[string]struct {
		data []byte
		path string
	}{
		"two at one place":     {patch(data, central(data, info)+42, offset...), other},
		"in the directory":     {patch(data, central(data, info)+42, end...), info},
		"behind the file":      {patch(data, central(data, info)+42, 0, 0, 0, 0x7f), info},
		"no zip64 offset":      {patch(data, central(data, info)+42, 0xff, 0xff, 0xff, 0xff), ""},
		"larger than the room": {patch(data, central(data, "x/deployments/a/b.yaml")+20, 150, 0, 0, 0, 150, 0, 0, 0), "x/deployments/a/b.yaml"},
	} {
		_, err := openBytes(test.data)
		code := CodeOverlap
		if test.path == "" {
			code = CodeDamaged
		}
		wantFinding(t, err, code, test.path, 0)
		if err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}
