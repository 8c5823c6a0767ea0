// What the pictures show that a machine without cameras, and without an hour's time, does not have.

/**
 * Runs in the page before its scripts: cameras show a drawn person, screens a drawn slide. Microphones and the names of
 * the devices are the browser's fake ones.
 * @param {{name: string, hue: number, skin: string, hair: string}} person
 */
export function drawnDevices({ name, hue, skin, hair }) {
  const film = (width, height, draw) => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d');
    const paint = () => draw(context, width, height, performance.now() / 1000);
    paint();
    setInterval(paint, 100);
    return canvas.captureStream(10);
  };
  const ellipse = (context, x, y, rx, ry, fill) => {
    context.fillStyle = fill;
    context.beginPath();
    context.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
    context.fill();
  };
  const drawPerson = (context, width, height, time) => {
    const wall = context.createLinearGradient(0, 0, width, height);
    wall.addColorStop(0, `hsl(${hue} 45% 78%)`);
    wall.addColorStop(1, `hsl(${hue + 30} 40% 52%)`);
    context.fillStyle = wall;
    context.fillRect(0, 0, width, height);
    const [x, y] = [width / 2 + 5 * Math.sin(time + hue), height * 0.42 + 3 * Math.sin(1.7 * time)];
    ellipse(context, x, height * 1.05, height * 0.48, height * 0.36, `hsl(${hue + 190} 42% 34%)`);
    context.fillStyle = skin;
    context.fillRect(x - height * 0.07, y + height * 0.12, height * 0.14, height * 0.2);
    ellipse(context, x, y - height * 0.05, height * 0.2, height * 0.2, hair);
    ellipse(context, x, y + height * 0.02, height * 0.165, height * 0.2, skin);
    for (const side of [-1, 1]) ellipse(context, x + side * height * 0.06, y, height * 0.016, height * 0.02, '#2b1b12');
    context.strokeStyle = '#7a3b2e';
    context.lineWidth = height * 0.012;
    context.beginPath();
    context.arc(x, y + height * 0.07, height * 0.06, 0.15 * Math.PI, 0.85 * Math.PI);
    context.stroke();
  };
  const drawSlide = (context, width, height, time) => {
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, width, height);
    context.fillStyle = `hsl(${hue} 70% 30%)`;
    context.font = `700 ${height / 10}px sans-serif`;
    context.fillText(`The plan of ${name}`, width * 0.08, height * 0.2);
    [0.35, 0.6, 0.48, 0.82].forEach((share, i) => {
      context.fillStyle = `hsl(${hue + 25 * i} 60% 52%)`;
      const size = height * 0.55 * share * (1 + 0.01 * Math.sin(time + i));
      context.fillRect(width * (0.1 + 0.2 * i), height * 0.9 - size, width * 0.14, size);
    });
  };
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  let camera = null;
  devices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    for (const real of stream.getVideoTracks()) {
      camera ??= film(640, 360, drawPerson).getVideoTracks()[0];
      const track = camera.clone();
      const settings = real.getSettings();
      track.getSettings = () => ({ ...settings, width: 640, height: 360 });
      stream.removeTrack(real);
      real.stop();
      stream.addTrack(track);
    }
    return stream;
  };
  devices.getDisplayMedia = async () => film(1280, 720, drawSlide);
}

/**
 * @param {{allocations: number, rooms: number, members: number}} status as it is now
 * @returns {object} an answer of GET /api/v1/history: a lively hour that ends with that
 */
export function madeUpHour({ allocations, rooms, members }) {
  const interval = 10;
  const last = Math.floor(Date.now() / 1000 / interval) * interval;
  const samples = [];
  for (let i = 360; i >= 0; --i) {
    // Calls begin and end every few minutes; traffic never stands still.
    const busy = (every) => 1 + 0.9 * Math.sin(Math.floor(i / every) * every / 62) ** 2 * (i < every ? 0 : 1);
    const sessions = Math.round(allocations * busy(14));
    const bytes = 118000 * sessions * (1 + 0.08 * Math.sin(i / 3) + 0.05 * Math.sin(i * 1.7));
    samples.push([last - i * interval, sessions, Math.round(bytes), Math.round(bytes * (0.8 + 0.06 * Math.sin(i / 11))),
      Math.round(bytes / 600), Math.round(rooms * busy(40)), Math.round(members * busy(22))]);
  }
  const series = ['allocations', 'bytesToPeers', 'bytesToClients', 'packets', 'rooms', 'members'];
  return { interval, now: new Date().toISOString(), series, samples };
}
