// Factors that bring a number from [1, 2) near 1 in two steps, and the logarithm of what each takes away, in ticks with 20 bits after the
// point. Combinational.
// Made by make_tick_tables.mjs: change it there.
// SPDX-License-Identifier: Apache-2.0
module tick_tables (
    input  logic [5:0]  first,
    output logic [9:0]  first_factor,   // over 512
    output logic [33:0] first_log,
    input  logic [5:0]  second,
    output logic [16:0] second_factor,  // over 65,536
    output logic [29:0] second_log
);
  always_comb begin
    case (first)
      6'd0: {first_factor, first_log} = {10'd512, 34'd0};
      6'd1: {first_factor, first_log} = {10'd505, 34'd288712484};
      6'd2: {first_factor, first_log} = {10'd497, 34'd623610915};
      6'd3: {first_factor, first_log} = {10'd490, 34'd921099145};
      6'd4: {first_factor, first_log} = {10'd482, 34'd1266334406};
      6'd5: {first_factor, first_log} = {10'd475, 34'd1573148614};
      6'd6: {first_factor, first_log} = {10'd469, 34'd1839752651};
      6'd7: {first_factor, first_log} = {10'd462, 34'd2155135565};
      6'd8: {first_factor, first_log} = {10'd456, 34'd2429290692};
      6'd9: {first_factor, first_log} = {10'd449, 34'd2753734687};
      6'd10: {first_factor, first_log} = {10'd443, 34'd3035881121};
      6'd11: {first_factor, first_log} = {10'd437, 34'd3321875124};
      6'd12: {first_factor, first_log} = {10'd432, 34'd3563219197};
      6'd13: {first_factor, first_log} = {10'd426, 34'd3856546616};
      6'd14: {first_factor, first_log} = {10'd421, 34'd4104159511};
      6'd15: {first_factor, first_log} = {10'd415, 34'd4405206334};
      6'd16: {first_factor, first_log} = {10'd410, 34'd4659422398};
      6'd17: {first_factor, first_log} = {10'd405, 34'd4916757756};
      6'd18: {first_factor, first_log} = {10'd400, 34'd5177289909};
      6'd19: {first_factor, first_log} = {10'd395, 34'd5441099281};
      6'd20: {first_factor, first_log} = {10'd391, 34'd5654562381};
      6'd21: {first_factor, first_log} = {10'd386, 34'd5924483334};
      6'd22: {first_factor, first_log} = {10'd382, 34'd6142949566};
      6'd23: {first_factor, first_log} = {10'd377, 34'd6419271989};
      6'd24: {first_factor, first_log} = {10'd373, 34'd6642981508};
      6'd25: {first_factor, first_log} = {10'd369, 34'd6869103036};
      6'd26: {first_factor, first_log} = {10'd365, 34'd7097689153};
      6'd27: {first_factor, first_log} = {10'd361, 34'd7328794175};
      6'd28: {first_factor, first_log} = {10'd357, 34'd7562474237};
      6'd29: {first_factor, first_log} = {10'd353, 34'd7798787369};
      6'd30: {first_factor, first_log} = {10'd349, 34'd8037793585};
      6'd31: {first_factor, first_log} = {10'd345, 34'd8279554978};
      6'd32: {first_factor, first_log} = {10'd342, 34'd8462722680};
      6'd33: {first_factor, first_log} = {10'd338, 34'd8709461627};
      6'd34: {first_factor, first_log} = {10'd335, 34'd8896439702};
      6'd35: {first_factor, first_log} = {10'd331, 34'd9148365477};
      6'd36: {first_factor, first_log} = {10'd328, 34'd9339315827};
      6'd37: {first_factor, first_log} = {10'd325, 34'd9532020722};
      6'd38: {first_factor, first_log} = {10'd322, 34'd9726512705};
      6'd39: {first_factor, first_log} = {10'd319, 34'd9922825233};
      6'd40: {first_factor, first_log} = {10'd316, 34'd10120992709};
      6'd41: {first_factor, first_log} = {10'd313, 34'd10321050524};
      6'd42: {first_factor, first_log} = {10'd310, 34'd10523035089};
      6'd43: {first_factor, first_log} = {10'd307, 34'd10726983878};
      6'd44: {first_factor, first_log} = {10'd304, 34'd10932935470};
      6'd45: {first_factor, first_log} = {10'd301, 34'd11140929590};
      6'd46: {first_factor, first_log} = {10'd298, 34'd11351007159};
      6'd47: {first_factor, first_log} = {10'd296, 34'd11492237111};
      6'd48: {first_factor, first_log} = {10'd293, 34'd11705881422};
      6'd49: {first_factor, first_log} = {10'd290, 34'd11921724513};
      6'd50: {first_factor, first_log} = {10'd288, 34'd12066863975};
      6'd51: {first_factor, first_log} = {10'd285, 34'd12286474029};
      6'd52: {first_factor, first_log} = {10'd283, 34'd12434168785};
      6'd53: {first_factor, first_log} = {10'd281, 34'd12582911029};
      6'd54: {first_factor, first_log} = {10'd278, 34'd12808021261};
      6'd55: {first_factor, first_log} = {10'd276, 34'd12959448406};
      6'd56: {first_factor, first_log} = {10'd274, 34'd13111976850};
      6'd57: {first_factor, first_log} = {10'd271, 34'd13342869845};
      6'd58: {first_factor, first_log} = {10'd269, 34'd13498222915};
      6'd59: {first_factor, first_log} = {10'd267, 34'd13654735347};
      6'd60: {first_factor, first_log} = {10'd265, 34'd13812424575};
      6'd61: {first_factor, first_log} = {10'd263, 34'd13971308430};
      6'd62: {first_factor, first_log} = {10'd261, 34'd14131405151};
      6'd63: {first_factor, first_log} = {10'd259, 34'd14292733397};
      default: {first_factor, first_log} = '0;
    endcase
    case (second)
      6'd0: {second_factor, second_log} = {17'd65520, 30'd5120881};
      6'd1: {second_factor, second_log} = {17'd65488, 30'd15366396};
      6'd2: {second_factor, second_log} = {17'd65456, 30'd25616918};
      6'd3: {second_factor, second_log} = {17'd65424, 30'd35872453};
      6'd4: {second_factor, second_log} = {17'd65392, 30'd46133006};
      6'd5: {second_factor, second_log} = {17'd65360, 30'd56398580};
      6'd6: {second_factor, second_log} = {17'd65329, 30'd66348150};
      6'd7: {second_factor, second_log} = {17'd65297, 30'd76623626};
      6'd8: {second_factor, second_log} = {17'd65265, 30'd86904140};
      6'd9: {second_factor, second_log} = {17'd65233, 30'd97189696};
      6'd10: {second_factor, second_log} = {17'd65202, 30'd107158640};
      6'd11: {second_factor, second_log} = {17'd65170, 30'd117454136};
      6'd12: {second_factor, second_log} = {17'd65138, 30'd127754689};
      6'd13: {second_factor, second_log} = {17'd65107, 30'd137738176};
      6'd14: {second_factor, second_log} = {17'd65075, 30'd148048698};
      6'd15: {second_factor, second_log} = {17'd65044, 30'd158041853};
      6'd16: {second_factor, second_log} = {17'd65012, 30'd168362364};
      6'd17: {second_factor, second_log} = {17'd64981, 30'd178365205};
      6'd18: {second_factor, second_log} = {17'd64949, 30'd188695724};
      6'd19: {second_factor, second_log} = {17'd64918, 30'd198708270};
      6'd20: {second_factor, second_log} = {17'd64887, 30'd208725598};
      6'd21: {second_factor, second_log} = {17'd64855, 30'd219071087};
      6'd22: {second_factor, second_log} = {17'd64824, 30'd229098148};
      6'd23: {second_factor, second_log} = {17'd64793, 30'd239130006};
      6'd24: {second_factor, second_log} = {17'd64761, 30'd249490507};
      6'd25: {second_factor, second_log} = {17'd64730, 30'd259532126};
      6'd26: {second_factor, second_log} = {17'd64699, 30'd269578555};
      6'd27: {second_factor, second_log} = {17'd64668, 30'd279629799};
      6'd28: {second_factor, second_log} = {17'd64637, 30'd289685863};
      6'd29: {second_factor, second_log} = {17'd64605, 30'd300071375};
      6'd30: {second_factor, second_log} = {17'd64574, 30'd310137247};
      6'd31: {second_factor, second_log} = {17'd64543, 30'd320207953};
      6'd32: {second_factor, second_log} = {17'd64512, 30'd330283496};
      6'd33: {second_factor, second_log} = {17'd64481, 30'd340363883};
      6'd34: {second_factor, second_log} = {17'd64450, 30'd350449116};
      6'd35: {second_factor, second_log} = {17'd64419, 30'd360539202};
      6'd36: {second_factor, second_log} = {17'd64388, 30'd370634145};
      6'd37: {second_factor, second_log} = {17'd64358, 30'd380408073};
      6'd38: {second_factor, second_log} = {17'd64327, 30'd390512586};
      6'd39: {second_factor, second_log} = {17'd64296, 30'd400621970};
      6'd40: {second_factor, second_log} = {17'd64265, 30'd410736229};
      6'd41: {second_factor, second_log} = {17'd64234, 30'd420855368};
      6'd42: {second_factor, second_log} = {17'd64204, 30'd430652735};
      6'd43: {second_factor, second_log} = {17'd64173, 30'd440781490};
      6'd44: {second_factor, second_log} = {17'd64142, 30'd450915140};
      6'd45: {second_factor, second_log} = {17'd64112, 30'd460726562};
      6'd46: {second_factor, second_log} = {17'd64081, 30'd470869856};
      6'd47: {second_factor, second_log} = {17'd64050, 30'd481018058};
      6'd48: {second_factor, second_log} = {17'd64020, 30'd490843577};
      6'd49: {second_factor, second_log} = {17'd63989, 30'd501001450};
      6'd50: {second_factor, second_log} = {17'd63959, 30'd510836338};
      6'd51: {second_factor, second_log} = {17'd63928, 30'd521003902};
      6'd52: {second_factor, second_log} = {17'd63898, 30'd530848175};
      6'd53: {second_factor, second_log} = {17'd63868, 30'd540697072};
      6'd54: {second_factor, second_log} = {17'd63837, 30'd550879127};
      6'd55: {second_factor, second_log} = {17'd63807, 30'd560737437};
      6'd56: {second_factor, second_log} = {17'd63777, 30'd570600383};
      6'd57: {second_factor, second_log} = {17'd63746, 30'd580796969};
      6'd58: {second_factor, second_log} = {17'd63716, 30'd590669356};
      6'd59: {second_factor, second_log} = {17'd63686, 30'd600546392};
      6'd60: {second_factor, second_log} = {17'd63656, 30'd610428082};
      6'd61: {second_factor, second_log} = {17'd63625, 30'd620644055};
      6'd62: {second_factor, second_log} = {17'd63595, 30'd630535221};
      6'd63: {second_factor, second_log} = {17'd63565, 30'd640431054};
      default: {second_factor, second_log} = '0;
    endcase
  end
endmodule
